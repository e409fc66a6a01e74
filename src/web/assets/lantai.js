// Makes pages quicker that already work without script: the viewer (zoom, keys,
// jump to a hit) and the progress of long work.
(() => {
  "use strict";

  const typing = (target) => target.closest("input, textarea, select") !== null;

  const viewer = document.querySelector("[data-viewer]");
  if (viewer) {
    const image = viewer.querySelector(".scan img");
    const shown = viewer.querySelector("[data-zoom='1']");
    let zoom = 1;
    const scale = (next) => {
      zoom = Math.min(4, Math.max(0.25, next));
      if (image) {
        image.style.width = `${zoom * 100}%`;
        image.style.maxWidth = "none";
      }
      if (shown) shown.textContent = `${Math.round(zoom * 100)}%`;
    };
    for (const hidden of viewer.querySelectorAll("[data-scripted]")) {
      hidden.hidden = image === null && hidden.dataset.scripted === "zoom";
    }
    for (const button of viewer.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => {
        const step = Number(button.dataset.zoom);
        scale(step === 1 ? 1 : zoom * step);
      });
    }

    const hits = [...viewer.querySelectorAll(".ocr mark")];
    let current = -1;
    const jump = (step) => {
      if (hits.length === 0) return;
      if (current >= 0) hits[current].classList.remove("now");
      current = (current + step + hits.length) % hits.length;
      hits[current].classList.add("now");
      hits[current].scrollIntoView({ block: "nearest" });
    };
    for (const button of viewer.querySelectorAll("[data-hit]")) {
      button.addEventListener("click", () => jump(Number(button.dataset.hit)));
    }

    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
      const keys = { ArrowLeft: "prev", ArrowRight: "next" };
      if (event.key in keys) {
        const link = viewer.querySelector(`a[rel='${keys[event.key]}']`);
        if (link) link.click();
      } else if (event.key === "+" || event.key === "=") scale(zoom * 1.25);
      else if (event.key === "-") scale(zoom * 0.8);
      else if (event.key === "0") scale(1);
      else if (event.key === "n") jump(1);
      else if (event.key === "p") jump(-1);
    });
  }

  const refresh = async () => {
    const live = document.querySelector("[data-live]");
    if (!live) return;
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (answer.redirected) { location.assign(answer.url); return; }
    if (!answer.ok) throw new Error(`the page answered ${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-part]")) {
      const next = fresh.querySelector(`[data-part='${part.dataset.part}']`);
      if (!next) { location.reload(); return; }
      if (!part.contains(document.activeElement)) part.replaceWith(document.adoptNode(next));
    }
    if (!fresh.querySelector("[data-live]")) live.removeAttribute("data-live");
  };
  if (document.querySelector("[data-live]")) {
    let pause = 3000;
    const turn = () => {
      refresh().then(() => { pause = 3000; }, () => { pause = Math.min(pause * 2, 60000); })
        .then(() => { if (document.querySelector("[data-live]")) setTimeout(turn, pause); });
    };
    setTimeout(turn, pause);
  }
})();
