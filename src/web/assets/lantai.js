// Makes pages quicker that already work without script: the viewer (zoom, keys,
// jump to a hit) and the progress of long work. Passkeys alone need it.
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

  // Lists are leafed through as scans are.
  const pager = document.querySelector("nav.pager");
  if (pager && !viewer) {
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || typing(event.target)) return;
      if (event.target.closest("[tabindex]")) return;
      const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
      // Asked for anew: the list may have been drawn again meanwhile.
      const link = rel && document.querySelector(`nav.pager a[rel='${rel}']`);
      if (link) link.click();
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

  // Passkeys: the question is fetched, the answer goes with the form.
  const bytes = (text) => Uint8Array.from(
    atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const base64url = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const named = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const create = async ({ publicKey }) => {
    const made = await navigator.credentials.create({ publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: named(publicKey.excludeCredentials),
    } });
    return { made, response: {
      attestationObject: base64url(made.response.attestationObject),
      clientDataJSON: base64url(made.response.clientDataJSON),
    } };
  };
  const get = async ({ publicKey }) => {
    const made = await navigator.credentials.get({ publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: named(publicKey.allowCredentials),
    } });
    return { made, response: {
      authenticatorData: base64url(made.response.authenticatorData),
      clientDataJSON: base64url(made.response.clientDataJSON),
      signature: base64url(made.response.signature),
      userHandle: made.response.userHandle ? base64url(made.response.userHandle) : null,
    } };
  };

  if (window.PublicKeyCredential) {
    for (const form of document.querySelectorAll("form[data-passkey]")) {
      const button = form.querySelector("[data-passkey-go]");
      const fault = form.querySelector("[data-passkey-fault]");
      const failed = fault.textContent;
      form.hidden = button.hidden = false;
      const go = async () => {
        fault.hidden = true;
        // A code is not asked for where a passkey is shown.
        const fields = [...form.querySelectorAll("input")].filter((field) => field.name !== "code");
        if (!fields.every((field) => field.reportValidity())) return;
        const body = new URLSearchParams(new FormData(form));
        button.disabled = true;
        try {
          const asked = await fetch(form.dataset.ask, { method: "POST", body, credentials: "same-origin" });
          const said = (asked.headers.get("content-type") || "").includes("json") ? await asked.json() : {};
          if (!asked.ok) throw new Error(said.fault || failed);
          const { made, response } = await (form.dataset.passkey === "create" ? create : get)(said);
          form.elements.passkey.value = JSON.stringify(
            { id: made.id, rawId: base64url(made.rawId), type: made.type, response, extensions: {} });
          form.submit();
        } catch (error) {
          // What the browser says (NotAllowedError) is no text for a person.
          fault.textContent = error instanceof DOMException ? failed : error.message;
          fault.hidden = false;
          button.disabled = false;
        }
      };
      button.addEventListener("click", go);
      if (form.dataset.passkey === "create") {
        form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
      }
    }
  }
})();
