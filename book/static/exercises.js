// Turns the page's exercise cells into editors that run and check Python in the page itself.
// Python and numpy (12 MB) are loaded when a reader checks the first answer, not before.

"use strict";

(() => {
  const TIME_LIMIT = 20; // seconds; Python runs slower in a page than outside it
  const TAB = "    ";

  // ---- Python, in a worker that can be ended --------------------------------------------------

  const root = document.documentElement.dataset.content_root ?? "./";

  function loadScript(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = root + address;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${address} could not be loaded`));
      document.head.append(script);
    });
  }

  let packed; // {file name: base64}, loaded once for the page
  let worker; // promise of a worker that is ready, or undefined

  function loadFiles() {
    packed ??= Promise.all(
      ["vendor/python/runtime.js", "vendor/python/course.js"].map(loadScript),
    ).then(() => ({ ...courseRuntime, ...courseCode }));
    packed.catch(() => (packed = undefined)); // the next check tries again
    return packed;
  }

  async function decode(base64) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new Response(
      new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")),
    ).text();
  }

  async function startWorker() {
    const files = await loadFiles();
    // From a Blob: a page opened from a disk may not start a worker from a file.
    const source = new Blob([await decode(files["worker.js"])], { type: "text/javascript" });
    const started = new Worker(URL.createObjectURL(source));
    await new Promise((resolve, reject) => {
      started.onmessage = ({ data }) =>
        data.ready ? resolve() : reject(new Error(data.failure));
      started.onerror = (event) => reject(new Error(event.message));
      started.postMessage({ start: files });
    });
    return started;
  }

  function readyWorker() {
    worker ??= startWorker();
    worker.catch(() => (worker = undefined));
    return worker;
  }

  // Resolves to {report}, {failure} or {stopped: reason}; `stop.now(reason)` ends it early.
  async function check(id, source, onReady, onPrinted, stop) {
    const running = await readyWorker();
    onReady();
    return new Promise((resolve) => {
      const end = (reason) => {
        clearTimeout(timer);
        running.terminate();
        worker = undefined;
        readyWorker(); // so that the next check need not wait
        resolve({ stopped: reason });
      };
      const timer = setTimeout(() => end("time"), TIME_LIMIT * 1000);
      stop.now = end;
      running.onmessage = ({ data }) => {
        if (data.printed !== undefined) {
          onPrinted(data.printed);
        } else {
          clearTimeout(timer);
          resolve(data);
        }
      };
      running.postMessage({ check: { id, source } });
    });
  }

  // ---- Answers are kept in this browser -------------------------------------------------------

  const storage = {
    key: (id) => `cnn-course/answer/${id}`,
    load(id) {
      try {
        return localStorage.getItem(this.key(id));
      } catch {
        return null; // the browser keeps nothing, for example in a private window
      }
    },
    save(id, source) {
      try {
        localStorage.setItem(this.key(id), source);
      } catch {}
    },
    remove(id) {
      try {
        localStorage.removeItem(this.key(id));
      } catch {}
    },
  };

  // ---- Editor: a transparent text area over the same text in colors ----------------------------

  // Token classes are those of Pygments, so that the theme's colors apply, light and dark.
  const TOKENS = [
    ["c1", /#.*/],
    ["sd", /(?:[rbfRBF]{0,2})(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$))/],
    ["s2", /(?:[rbfRBF]{0,2})(?:"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)/],
    ["mi", /\b(?:0[xX][\da-fA-F]+|\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?)/],
    ["kc", /\b(?:True|False|None)\b/],
    [
      "k",
      /\b(?:and|as|assert|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b/,
    ],
    ["n", /[A-Za-z_]\w*/],
  ];
  const TOKEN = new RegExp(TOKENS.map(([, pattern]) => `(${pattern.source})`).join("|"), "g");

  function colored(source) {
    const fragment = document.createDocumentFragment();
    let end = 0;
    for (const match of source.matchAll(TOKEN)) {
      const kind = TOKENS[match.slice(1).findIndex((group) => group !== undefined)][0];
      fragment.append(source.slice(end, match.index));
      const span = document.createElement("span");
      span.className = kind;
      span.textContent = match[0];
      fragment.append(span);
      end = match.index + match[0].length;
    }
    // A last line without text needs something to have a height.
    fragment.append(source.slice(end) + " ");
    return fragment;
  }

  function makeEditor(id, source, onChange, onSubmit) {
    const area = document.createElement("textarea");
    area.className = "exercise-source";
    area.spellcheck = false;
    area.autocapitalize = "off";
    area.autocomplete = "off";
    area.setAttribute("autocorrect", "off");
    area.setAttribute("wrap", "off");
    area.setAttribute("aria-label", `Your code for ${id}`);
    area.setAttribute("aria-describedby", `keys-${id}`);
    // No <pre>: the theme makes every one of those a stop for the Tab key.
    const colors = document.createElement("div");
    colors.className = "exercise-colors";
    colors.setAttribute("aria-hidden", "true");

    const draw = () => colors.replaceChildren(colored(area.value));
    const change = () => {
      draw();
      onChange(area.value);
    };
    // execCommand keeps the browser's undo history, which setRangeText loses.
    const insert = (text) => document.execCommand("insertText", false, text);
    const lineStart = (at) => area.value.lastIndexOf("\n", at - 1) + 1;

    const indentLines = (outdent) => {
      const { selectionStart, selectionEnd, value } = area;
      const first = lineStart(selectionStart);
      const nextBreak = value.indexOf("\n", Math.max(selectionEnd - 1, first));
      const last = nextBreak < 0 ? value.length : nextBreak;
      const old = value.slice(first, last);
      const text = outdent
        ? old.replace(/^ {1,4}/gm, "")
        : old.replace(/^(?=.)/gm, TAB);
      if (text === old) return;
      area.setSelectionRange(first, last);
      insert(text);
      if (selectionStart === selectionEnd) {
        const caret = Math.max(first, selectionStart + text.length - old.length);
        area.setSelectionRange(caret, caret);
      } else {
        area.setSelectionRange(first, first + text.length);
      }
    };

    let leaving = false; // after Escape, Tab moves on, as everywhere else in a page
    area.addEventListener("keydown", (event) => {
      const { selectionStart, selectionEnd, value } = area;
      if (event.isComposing) return;
      if (event.key === "Escape") {
        leaving = true;
        return;
      }
      if (event.key === "Tab" && !leaving && !event.ctrlKey && !event.altKey && !event.metaKey) {
        event.preventDefault();
        if (event.shiftKey || selectionStart !== selectionEnd) {
          indentLines(event.shiftKey);
        } else {
          insert(" ".repeat(4 - ((selectionStart - lineStart(selectionStart)) % 4)));
        }
      } else if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        onSubmit();
      } else if (event.key === "Enter") {
        event.preventDefault();
        const line = value.slice(lineStart(selectionStart), selectionStart);
        const indent = line.match(/^ */)[0];
        const deeper = /:\s*(#.*)?$/.test(line) ? TAB : "";
        const ends = /^\s*(return|pass|break|continue|raise)\b/.test(line);
        insert("\n" + (ends ? indent.slice(4) : indent + deeper));
      } else if (event.key === "Backspace" && selectionStart === selectionEnd) {
        const line = value.slice(lineStart(selectionStart), selectionStart);
        if (/^(    )+$/.test(line)) {
          event.preventDefault();
          area.setSelectionRange(selectionStart - 4, selectionStart);
          document.execCommand("delete");
        }
      }
      if (event.key !== "Shift") leaving = false;
    });
    area.addEventListener("blur", () => (leaving = false));
    area.addEventListener("input", change);

    area.value = source;
    draw();
    const box = document.createElement("div");
    box.className = "exercise-editor highlight";
    box.append(colors, area);
    return {
      box,
      area,
      replace(text) {
        area.focus();
        area.select();
        insert(text);
        area.setSelectionRange(0, 0);
      },
    };
  }

  // ---- One exercise -----------------------------------------------------------------------------

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function button(text, className) {
    const made = element("button", className, text);
    made.type = "button";
    return made;
  }

  function makeExercise(cell) {
    const id = cell.id.replace(/^exercise-/, "");
    const starter = cell.querySelector("pre").textContent.trimEnd();
    const hints = cell.nextElementSibling?.matches(".exercise-hints")
      ? cell.nextElementSibling
      : null;
    const checkCell = (hints ?? cell).nextElementSibling;

    const checkButton = button("Check", "exercise-check");
    const stopButton = button("Stop", "exercise-stop");
    const resetButton = button("Reset", "exercise-reset");
    const status = element("span", "exercise-status");
    status.setAttribute("role", "status");
    const printed = element("pre", "exercise-printed");
    const result = element("div", "exercise-result");
    result.setAttribute("aria-live", "polite");
    printed.hidden = true;
    stopButton.hidden = true;

    let stop = null;

    async function run() {
      if (stop) return;
      stop = {};
      checkButton.disabled = true;
      printed.hidden = true;
      printed.textContent = "";
      result.replaceChildren();
      status.textContent = packed ? "Running …" : "Loading Python (12 MB, once a page) …";
      let outcome;
      try {
        outcome = await check(
          id,
          editor.area.value,
          () => {
            status.textContent = "Running …";
            stopButton.hidden = false;
          },
          (text) => {
            printed.hidden = false;
            printed.append(text);
          },
          stop,
        );
      } catch (error) {
        outcome = { failure: error.message };
      }
      stop = null;
      checkButton.disabled = false;
      stopButton.hidden = true;
      status.textContent = "";
      if (outcome.report !== undefined) {
        result.innerHTML = outcome.report;
      } else if (outcome.stopped) {
        const why =
          outcome.stopped === "time"
            ? `Stopped: still running after ${TIME_LIMIT} seconds. Is there a loop that never ends?`
            : "Stopped.";
        result.append(element("p", "exercise-note", why));
      } else {
        const why = `Python could not run in this page: ${outcome.failure}`;
        result.append(element("p", "exercise-note", why));
      }
    }

    const saved = storage.load(id);
    const editor = makeEditor(
      id,
      saved ?? starter,
      (source) => (source === starter ? storage.remove(id) : storage.save(id, source)),
      run,
    );
    checkButton.addEventListener("click", run);
    stopButton.addEventListener("click", () => stop?.now?.("reader"));
    resetButton.addEventListener("click", () => {
      if (editor.area.value !== starter) editor.replace(starter);
    });

    const keys = element("p", "exercise-keys");
    keys.id = `keys-${id}`;
    keys.textContent =
      "Shift+Enter checks. Tab indents; to leave the editor by keyboard, press Esc, then Tab. " +
      "Your answer stays in this browser.";

    const bar = element("div", "exercise-bar");
    bar.append(checkButton, stopButton, status, resetButton);
    if (hints) bar.append(hints);
    const box = element("section", "exercise");
    box.id = cell.id;
    box.setAttribute("aria-label", `Exercise ${id}`);
    box.append(editor.box, bar);
    box.append(printed, result, keys);
    cell.replaceWith(box);
    // Its work is done by the button.
    if (checkCell?.matches(".cell.tag_check")) checkCell.remove();
  }

  function makeExercises() {
    document.querySelectorAll("div.cell.tag_exercise[id^='exercise-']").forEach(makeExercise);
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", makeExercises);
  } else {
    makeExercises();
  }
})();
