// Sends the files of a batch: many at once, paused and resumed, taken up again after a
// reload. What the server has is asked of the server; nothing is kept in the browser.
(() => {
  "use strict";

  const desk = document.querySelector("[data-send]");
  if (!desk || !window.tus || !window.tus.isSupported) return;
  desk.hidden = false;

  const endpoint = desk.dataset.send;
  const lang = desk.dataset.lang;
  const rows = document.querySelector("[data-files] tbody");
  const sum = desk.querySelector("[data-sum]");
  const bar = sum.querySelector("progress");
  const status = sum.querySelector("[data-status]");
  const hold = desk.querySelector("[data-hold]");
  const AT_ONCE = 3;
  const CHUNK = 16 * 1024 * 1024;
  const SMALL = 512 * 1024;

  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 });
  const size = (bytes) => {
    const units = ["B", "KB", "MB", "GB", "TB"];
    let at = 0;
    while (bytes >= 1000 && at < units.length - 1) { bytes /= 1000; at += 1; }
    return `${number.format(bytes)} ${units[at]}`;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // By path: the file, its upload, how much of it came.
  const files = new Map();
  const waiting = [];
  const active = new Set();
  let paused = false;
  const seen = [];

  const row = (path) => {
    for (const one of rows.children) if (one.dataset.path === path) return one;
    const made = document.createElement("tr");
    made.dataset.path = path;
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = path;
    const bytes = document.createElement("td");
    bytes.className = "num nb";
    const state = document.createElement("td");
    state.append(document.createElement("span"));
    made.append(head, bytes, state);
    rows.append(made);
    return made;
  };
  const draw = (one) => {
    const line = row(one.path);
    line.children[1].textContent = size(one.file.size);
    const state = line.children[2].firstElementChild;
    const percent = one.file.size ? Math.floor(100 * one.sent / one.file.size) : 100;
    const [shape, word] = one.whole ? ["done", desk.dataset.done]
      : one.fault ? ["stop", fill(desk.dataset.failed, { why: one.fault })]
      : active.has(one) ? ["run", `${percent}%`] : ["wait", one.sent ? `${percent}%` : desk.dataset.waits];
    state.className = `st ${shape}`;
    state.textContent = word;
  };

  let last = 0;
  const total = (now) => {
    let all = 0, sent = 0, whole = 0;
    for (const one of files.values()) {
      all += one.file.size;
      sent += one.sent;
      whole += one.whole ? 1 : 0;
    }
    bar.value = all ? 100 * sent / all : 0;
    const at = performance.now();
    seen.push([at, sent]);
    while (seen.length > 2 && at - seen[0][0] > 10000) seen.shift();
    // Read out now and then, not at every byte.
    if (!now && at - last < 1000) return;
    last = at;
    const [from, before] = seen[0];
    const rate = at > from ? Math.max(0, (sent - before) / ((at - from) / 1000)) : 0;
    const words = { whole, files: files.size, sent: size(sent), all: size(all), rate: size(rate) };
    status.textContent = fill(whole === files.size ? desk.dataset.all : desk.dataset.of, words);
    for (const button of document.querySelectorAll("[data-check]")) button.disabled = active.size + waiting.length > 0;
  };

  const next = () => {
    while (!paused && active.size < AT_ONCE && waiting.length > 0) {
      const one = waiting.shift();
      active.add(one);
      begin(one);
      draw(one);
    }
    total(true);
  };
  const end = (one) => {
    active.delete(one);
    draw(one);
    next();
  };
  const begin = (one) => {
    const options = {
      endpoint,
      uploadUrl: one.url || null,
      chunkSize: CHUNK,
      retryDelays: [0, 1000, 3000, 5000, 10000, 20000, 40000],
      metadata: { path: one.path, modified: String(one.file.lastModified) },
      storeFingerprintForResuming: false,
      uploadDataDuringCreation: one.file.size <= SMALL,
      onShouldRetry: (error) => {
        const answer = error.originalResponse ? error.originalResponse.getStatus() : 0;
        return answer === 0 || answer >= 500 && answer !== 507 || [409, 423, 429, 460].includes(answer);
      },
      onProgress: (sent) => { one.sent = sent; draw(one); total(false); },
      onUploadUrlAvailable: () => { one.url = one.upload.url; },
      onSuccess: () => { one.sent = one.file.size; one.whole = true; end(one); },
      onError: (error) => {
        let why = error.message;
        try {
          const said = JSON.parse(error.originalResponse.getBody());
          why = `${said.detail}。${said.remedy}`;
        } catch { /* No answer of ours: the words of the browser. */ }
        one.fault = why;
        end(one);
      },
    };
    one.fault = null;
    one.upload = new window.tus.Upload(one.file, options);
    one.upload.start();
  };

  hold.addEventListener("click", () => {
    paused = !paused;
    hold.textContent = paused ? desk.dataset.resume : desk.dataset.pause;
    if (paused) {
      for (const one of [...active]) {
        one.upload.abort();
        active.delete(one);
        waiting.unshift(one);
        draw(one);
      }
    } else {
      for (const one of files.values()) if (one.fault) waiting.push(one);
    }
    next();
  });

  const had = async () => {
    const answer = await fetch(endpoint, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`the list answered ${answer.status}`);
    return new Map((await answer.json()).items.map((item) => [item.path, item]));
  };
  const add = async (chosen) => {
    const there = await had();
    for (const [path, file] of chosen) {
      if (files.has(path) && !files.get(path).fault) continue;
      const known = there.get(path);
      const one = { path, file, sent: 0, whole: false, fault: null, url: null, upload: null };
      if (known && known.bytes === file.size && known.modified === file.lastModified) {
        one.sent = known.received;
        one.whole = known.whole;
        one.url = `${endpoint}/${known.id}`;
      } else if (known) {
        // Another file of this name, or the same one mended: it takes the place of the first.
        await fetch(`${endpoint}/${known.id}`,
          { method: "DELETE", credentials: "same-origin", headers: { "Tus-Resumable": "1.0.0" } });
      }
      files.set(path, one);
      if (!one.whole) waiting.push(one);
      draw(one);
    }
    sum.hidden = files.size === 0;
    next();
  };

  // The folder that was chosen is the batch: its own name is no part of a path.
  const below = (path) => path.split("/").slice(1).join("/");
  for (const input of desk.querySelectorAll("input[type='file']")) {
    input.addEventListener("change", () => {
      const chosen = [...input.files].map((file) =>
        [file.webkitRelativePath ? below(file.webkitRelativePath) : file.name, file]);
      input.value = "";
      add(chosen);
    });
  }
  const entries = (folder) => new Promise((done, failed) => {
    const reader = folder.createReader();
    const all = [];
    const more = () => reader.readEntries((some) => {
      if (some.length === 0) { done(all); return; }
      all.push(...some);
      more();
    }, failed);
    more();
  });
  const walk = async (entry, found) => {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => { entry.file(done, failed); });
      found.push([entry.fullPath.replace(/^\//, ""), file]);
    } else {
      for (const one of await entries(entry)) await walk(one, found);
    }
  };
  const drop = desk.querySelector("[data-drop]");
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => { drop.classList.remove("over"); });
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const dropped = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry);
    const found = [];
    for (const entry of dropped) await walk(entry, found);
    const one = dropped.length === 1 && dropped[0].isDirectory;
    add(one ? found.map(([path, file]) => [below(path), file]) : found);
  });
  window.addEventListener("beforeunload", (event) => {
    if (active.size > 0) event.preventDefault();
  });
})();
