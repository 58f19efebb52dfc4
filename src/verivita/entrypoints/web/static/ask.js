// The ask page as a stream: words as they come, each sentence marked when it is checked, Stop, and a line that breaks is
// taken up again. Works without this file.
"use strict";
(() => {
  const form = document.querySelector("form[data-stream]");
  if (!form || !window.ReadableStream) return;
  const one = (selector) => form.querySelector(selector);
  const box = one("textarea"), send = one("[data-send]"), stop = one("[data-stop]"), turns = document.getElementById("turns");
  let running = null;

  const make = (tag, css, text = "") => Object.assign(document.createElement(tag), { className: css, textContent: text });

  function begin(question) {
    document.getElementById("ideas")?.remove();
    const holder = make("div", "turn-live");
    const you = make("div", "turn-you", question);
    const answer = make("article", "turn-answer");
    answer.setAttribute("aria-label", "Answer");
    answer.setAttribute("aria-busy", "true");
    const prose = make("div", "prose"), line = make("p", "mute", "Looking through your papers and jobs…");
    prose.append(line);
    answer.append(prose);
    holder.append(you, answer);
    turns.append(holder);
    you.scrollIntoView({ block: "start" });
    return { holder, answer, line, question, text: "", claims: [], id: "", last: "", over: false };
  }

  function note(run, text) {
    const told = make("div", "note note-weak"), words = make("p", "", text);
    told.setAttribute("role", "alert");
    told.append(words);
    run.answer.append(told);
  }

  // The text without the marks of citations, and where each of its letters stands: a verdict names its sentence so.
  function unmarked(text) {
    const at = [];
    let plain = "";
    for (const found of text.matchAll(/\s*\[[\d\s,;]{1,20}\]|\s+|\S/g)) {
      if (found[0].length > 1 && found[0].trim()) continue;
      plain += found[0].trim() || " ";
      at.push(found.index);
    }
    return [plain, at];
  }

  const STANDS = { supported: "claim claim-ok", weak: "claim claim-weak", unsupported: "claim claim-bad" };

  function paint(run) {
    const [plain, at] = unmarked(run.text);
    const pieces = [];
    let from = 0, look = 0;
    for (const { text, verdict } of run.claims) {
      const found = plain.indexOf(text, look);
      if (found < 0 || !STANDS[verdict]) continue;
      look = found + text.length;
      const start = at[found], end = at[look - 1] + 1;
      pieces.push(run.text.slice(from, start), make("span", STANDS[verdict], run.text.slice(start, end)));
      from = end;
    }
    run.line.className = "";
    run.line.replaceChildren(...pieces, run.text.slice(from));
  }

  const heard = {
    meta(run, data) {
      run.id = data.id;
      run.turn = data.turn;
      run.stop = data.stop;
      one("[name='session_id']").value = data.session;
      history.replaceState(null, "", `/ask?session=${encodeURIComponent(data.session)}`);
    },
    token(run, data) { run.text += data.text; paint(run); },
    grounding(run, data) { run.claims.push(data); paint(run); },
    incomplete(run, data) { run.text = ""; run.claims = []; paint(run); note(run, data.text); },
    error(run, data) { run.over = true; note(run, `${data.text} ${data.next}`.trim()); },
    async done(run, data) { run.over = true; await settle(run, data.turn); },
  };

  async function settle(run, url) {
    const answer = await fetch(url, { headers: { Accept: "text/html", "HX-Request": "true" } });
    if (!answer.ok) return false;
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    const nodes = [...part.body.children].map((node) => document.adoptNode(node));
    run.holder.replaceWith(...nodes);
    for (const node of nodes) window.htmx?.process(node);
    nodes.at(-1).querySelector(".cite[hx-get]")?.click();
    box.focus();
    return true;
  }

  async function hear(run, block) {
    let name = "message", data = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("event: ")) name = line.slice(7);
      else if (line.startsWith("data: ")) data += line.slice(6);
      else if (line.startsWith("id: ")) run.last = line.slice(4);
    }
    if (data && heard[name]) await heard[name](run, JSON.parse(data));
  }

  async function listen(run, body) {
    const headers = { Accept: "text/event-stream", "X-CSRF-Token": body.get("csrf") || "" };
    if (run.last) headers["Last-Event-ID"] = run.last;
    const answer = await fetch(form.dataset.stream, { method: "POST", body: new URLSearchParams(body), headers });
    if (!answer.ok) throw new Error(String(answer.status));
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (held + value).split("\n\n");
      held = blocks.pop();
      for (const block of blocks) await hear(run, block);
    }
  }

  async function follow(run, body) {
    for (let failures = 0; !run.over && failures < 3; failures += 1) {
      try {
        await listen(run, body);
      } catch (error) {
        if (!run.last && /^4\d\d$/.test(error.message)) break;
      }
      if (!run.over) await new Promise((rest) => setTimeout(rest, 500));
    }
    for (let looks = 0; !run.over && run.turn && looks < 30; looks += 1) {
      run.over = await settle(run, run.turn).catch(() => false);
      if (!run.over) await new Promise((rest) => setTimeout(rest, 2000));
    }
    if (!run.over) {
      note(run, "No answer came. Your question is still in the box; please try again.");
      box.value = run.question;
    }
  }

  async function ask() {
    const body = new FormData(form), question = box.value.trim();
    if (running || !question) return;
    running = begin(question);
    box.value = "";
    send.disabled = true;
    stop.hidden = false;
    await follow(running, body);
    running.answer.removeAttribute("aria-busy");
    running = null;
    send.disabled = false;
    stop.hidden = true;
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  stop.addEventListener("click", () => {
    if (!running?.stop) return;
    stop.hidden = true;
    fetch(running.stop, { method: "POST", headers: { "X-CSRF-Token": new FormData(form).get("csrf") || "" } });
  });
  document.addEventListener("click", (event) => {
    const idea = event.target.closest?.("[data-idea]");
    if (idea && !event.ctrlKey && !event.metaKey) { event.preventDefault(); box.value = idea.dataset.idea; form.requestSubmit(); }
    const cite = event.target.closest?.(".cite, .cites a");
    if (cite) for (const other of document.querySelectorAll(".cite[aria-current]")) other.removeAttribute("aria-current");
    cite?.closest(".cite")?.setAttribute("aria-current", "true");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "docpane") document.querySelector("#docpane #lit")?.scrollIntoView({ block: "nearest" });
  });
})();
