// Keys, drop, progress and focus. Every page works without this file; htmx does the swaps.
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const wide = matchMedia("(min-width: 80.01rem)");
  const toasts = () => one("#toasts");

  // ---------------------------------------------------------------- toasts
  function toast(text) {
    const box = document.createElement("div");
    box.className = "toast";
    box.dataset.toast = "";
    box.textContent = text;
    const button = document.createElement("button");
    button.className = "btn btn-s";
    button.type = "button";
    button.dataset.dismiss = "";
    button.textContent = "Dismiss";
    box.append(button);
    toasts().append(box);
    keepToast(box);
  }

  // A toast stays ten seconds, and longer while the pointer or the focus is on it.
  function keepToast(box) {
    const button = one("[data-dismiss]", box);
    if (button) button.hidden = false;
    const end = () => {
      if (box.matches(":hover") || box.contains(document.activeElement)) setTimeout(end, 2000);
      else box.remove();
    };
    setTimeout(end, 10000);
  }

  // ------------------------------------------------------------------ list
  const rows = () => all("#results .row");
  const current = () => one("#results .row[aria-current='true']");

  function choose(row, focus = true) {
    if (!row) return;
    for (const other of rows()) other.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    const link = one(".row-link", row);
    if (focus) {
      link.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
    if (wide.matches && one("#preview") && link.dataset.preview) {
      window.htmx?.ajax("GET", link.dataset.preview, { target: "#preview", swap: "innerHTML" });
    }
  }

  function step(by) {
    const list = rows();
    if (!list.length) return false;
    const focused = document.activeElement?.closest?.(".row");
    const at = list.indexOf(focused || current());
    choose(list[Math.min(list.length - 1, Math.max(0, at < 0 ? 0 : at + by))]);
    return true;
  }

  // A click shows the job beside the list where there is room; a second click, or Enter, opens it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".row-link");
    if (!link || !event.detail || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const row = link.closest(".row");
    if (!wide.matches || !one("#preview") || row.getAttribute("aria-current") === "true") return;
    event.preventDefault();
    choose(row);
  });

  // ------------------------------------------------------------------ keys
  let pending = "";
  let pendingTimer = 0;

  function press(key) {
    const scope = one("#preview") || document;
    const button = one(`[data-key="${CSS.escape(key)}"]`, scope) || one(`[data-key="${CSS.escape(key)}"]`);
    if (!button || button.disabled) return false;
    button.click();
    return true;
  }

  function go(key) {
    const link = one(`[data-go="${CSS.escape(key)}"]`);
    if (!link) return false;
    link.click();
    return true;
  }

  function search() {
    const box = one("input[type='search']");
    if (!box) return go("j");
    box.focus();
    box.select();
    return true;
  }

  let opener = null;
  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (!dialog?.showModal || dialog.open) return false;
    opener = document.activeElement;
    dialog.addEventListener("close", () => opener?.focus?.(), { once: true });
    dialog.showModal();
    return true;
  }

  const KEYS = {
    "/": search,
    "?": () => openDialog("keys-dialog"),
    j: () => step(1),
    k: () => step(-1),
    s: () => press("s"),
    x: () => press("x"),
    u: () => {
      const found = all("#toasts [data-key='u']").pop();
      found?.click();
      return Boolean(found);
    },
    ".": () => press("."),
    Enter: () => {
      const link = current() && one(".row-link", current());
      if (!link || document.activeElement !== document.body) return false;
      location.assign(link.href);
      return true;
    },
    Escape: () => {
      const open = one("details.menu[open], .nav-more details[open]");
      if (!open) return false;
      open.open = false;
      one("summary", open).focus();
      return true;
    },
  };

  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio|button|submit)$/.test(target.type);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      if (KEYS.Escape()) event.preventDefault();
      else if (typing(event.target)) event.target.blur();
      return;
    }
    if (document.body.dataset.singleKeys === "off" || typing(event.target) || one("dialog[open]")) return;
    let done;
    if (pending) {
      done = go(event.key);
      pending = "";
    } else if (event.key === "g") {
      pending = "g";
      clearTimeout(pendingTimer);
      pendingTimer = setTimeout(() => { pending = ""; }, 1500);
      done = true;
    } else {
      done = Object.hasOwn(KEYS, event.key) && KEYS[event.key]();
    }
    if (done) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const target = event.target;
    const opens = target.closest?.("[data-opens]");
    if (opens && openDialog(opens.dataset.opens)) event.preventDefault();
    target.closest?.("[data-dismiss]")?.closest("[data-toast]")?.remove();
    for (const menu of all("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  });

  // ------------------------------------------------------------------ drop
  const holdsFile = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");

  function zone(event) {
    return event.target.closest?.("[data-drop]") || one("[data-drop]");
  }

  document.addEventListener("dragover", (event) => {
    const form = holdsFile(event) && zone(event);
    if (!form) return;
    event.preventDefault();
    form.dataset.state = "over";
    const words = one("[data-rest]", form);
    words.dataset.rest ||= words.textContent;
    words.textContent = "Let go to read it";
  });

  function rest() {
    for (const form of all("[data-drop][data-state='over']")) {
      delete form.dataset.state;
      const words = one("[data-rest]", form);
      words.textContent = words.dataset.rest;
    }
  }

  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) rest(); });
  document.addEventListener("drop", (event) => {
    const form = holdsFile(event) && zone(event);
    if (!form) return;
    event.preventDefault();
    rest();
    one("input[type='file']", form).files = event.dataTransfer.files;
    form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-drop]")) one("button:not([type='button'])", event.target)?.setAttribute("aria-busy", "true");
  });

  // -------------------------------------------------------------- progress
  const END = new Set(["succeeded", "failed", "cancelled"]);

  function report(block, task) {
    const bar = one("progress", block);
    if (typeof task.progress === "number") {
      bar.max = 1;
      bar.value = task.progress;
    }
    const words = task.total ? `${task.done} of ${task.total}` : task.stage || "";
    if (words) one("[data-far]", block).textContent = words;
    if (END.has(task.status)) location.assign(block.dataset.next || location.href);
    return END.has(task.status);
  }

  async function poll(block) {
    if (!block.isConnected || !block.dataset.status) return;
    try {
      const answer = await fetch(block.dataset.status, { headers: { Accept: "application/json" } });
      if (answer.ok && report(block, await answer.json())) return;
    } catch { /* the next round tries again */ }
    setTimeout(() => poll(block), 2000);
  }

  function follow(block) {
    if (block.dataset.followed) return;
    block.dataset.followed = "1";
    let failures = 0;
    const stream = new EventSource(block.dataset.events);
    const heard = (event) => {
      failures = 0;
      if (!block.isConnected || report(block, JSON.parse(event.data))) stream.close();
    };
    stream.addEventListener("message", heard);
    stream.addEventListener("progress", heard);
    stream.addEventListener("done", heard);
    stream.addEventListener("error", () => {
      failures += 1;
      if (failures < 3) return;
      stream.close();
      poll(block);
    });
  }

  // ------------------------------------------------------------------ htmx
  function ready(root) {
    for (const block of all("[data-events]", root)) follow(block);
    for (const box of all("[data-toast]", root)) keepToast(box);
  }

  document.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute("aria-busy"));
  document.addEventListener("htmx:afterSettle", (event) => {
    const root = event.detail.elt;
    one("[aria-invalid='true'], [data-focus]", root)?.focus();
    ready(root);
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    const wait = Number(event.detail.xhr.getResponseHeader("Retry-After")) || 0;
    if (status === 401) openDialog("door-dialog");
    else if (wait) toast(`Too busy just now. Try again in ${wait} s; nothing was lost.`);
    else toast("That did not work. Nothing was changed; please try again.");
  });
  document.addEventListener("htmx:sendError", () => toast("No answer from Verivita. Is it still running?"));

  ready(document);
})();
