// Progressive enhancement of server-rendered pages: copying, saving, theme, inline validation,
// progress and live updates, driven by data attributes that components set. The pages work without
// it, except for elements with data-when="script".

/** Delay between the last keystroke and the validation of a field. */
const VALIDATION_DELAY_MILLIS = 300;
/** Delay before a closed event stream is reopened. */
const RECONNECT_DELAY_MILLIS = 5_000;

const root = document.documentElement;

function byId(id: string | undefined): HTMLElement | null {
  return id ? document.getElementById(id) : null;
}

/** Copies an element's text and reports the outcome in the status element after the button. */
async function copy(button: HTMLElement): Promise<void> {
  const source = byId(button.dataset["copy"]);
  const status = button.nextElementSibling;
  if (!source || !status) {
    return;
  }
  // A <data> element may display a shortened text.
  const text = source instanceof HTMLDataElement ? source.value : (source.textContent ?? "");
  try {
    await navigator.clipboard.writeText(text);
    button.dataset["done"] = "";
    button.querySelector("use")?.setAttribute("href", "#icon-check");
    status.textContent = "Copied to the clipboard";
  } catch {
    // For example, the page uses neither HTTPS nor localhost. Show the status, which is otherwise
    // only for screen readers.
    source.textContent = text;
    getSelection()?.selectAllChildren(source);
    status.classList.replace("visually-hidden", "status-text");
    status.textContent = "Your browser blocked copying. The text is selected, so you can copy it.";
  }
}

/** Applies a theme and has the server set its cookie. Offline, it lasts until the next page. */
function chooseTheme(theme: string, action: string): void {
  if (theme === "system") {
    delete root.dataset["theme"];
  } else {
    root.dataset["theme"] = theme;
  }
  const body = new URLSearchParams({ theme });
  // Only the response's cookie is needed, not its redirect target.
  fetch(action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => undefined);
}

function save(button: HTMLElement): void {
  const text = byId(button.dataset["save"])?.textContent ?? "";
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = button.dataset["file"] ?? "keys.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Validates the current value on the server. Responses to outdated values are discarded. */
async function check(input: HTMLInputElement): Promise<void> {
  const place = byId(`${input.id}-error`);
  const value = input.value.trim();
  if (!place) {
    return;
  }
  let wrong = "";
  if (value) {
    try {
      const address = `${input.dataset["validateUrl"]}?${new URLSearchParams({ value })}`;
      const answer = await fetch(address, { headers: { accept: "application/json" } });
      const checked: { wrong?: string | null } = answer.ok ? await answer.json() : {};
      wrong = checked.wrong ?? "";
    } catch {
      // Ignored: the server validates the value again on submission.
    }
  }
  if (input.value.trim() === value) {
    place.textContent = wrong;
    if (wrong) {
      input.setAttribute("aria-invalid", "true");
    } else {
      input.removeAttribute("aria-invalid");
    }
  }
}

/**
 * Replaces <main> with that of another version of the page, and focuses the first match of
 * `focusOn`. Returns false if either document has no <main>.
 */
function show(html: string, ...focusOn: string[]): boolean {
  const next = new DOMParser().parseFromString(html, "text/html");
  const [mine, theirs] = [document.querySelector("main"), next.querySelector("main")];
  if (!mine || !theirs) {
    return false;
  }
  mine.replaceWith(theirs);
  document.title = next.title;
  const found = focusOn.map((selector) => theirs.querySelector<HTMLElement>(selector)).find((element) => element);
  if (found && found.tabIndex < 0) {
    found.setAttribute("tabindex", "-1");
  }
  found?.focus();
  return true;
}

/** Returns selectors that find the focused element again in the next version of the page. */
function focused(): string[] {
  const { activeElement } = document;
  const marks = ["data-copy", "href"].filter((name) => activeElement?.hasAttribute(name));
  return marks.map((name) => `[${name}="${CSS.escape(activeElement?.getAttribute(name) ?? "")}"]`);
}

/** Yields the server-sent events of a response. */
async function* eventsOf(answer: Response): AsyncGenerator<[name: string, data: string]> {
  if (!answer.body) {
    return;
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split("\n");
      const field = (name: string) =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ""));
      yield [field("event").join(), field("data").join("\n")];
    }
  }
}

const SIGNED_OUT = "You're signed out. Sign in in another tab, then submit again. Your entries are still here.";
const UNREADABLE =
  "We couldn't read the server's response, so the licenses may already be minted. You can submit again safely: this form mints only once.";

/** Submits a form with a progress bar, then shows the resulting page or an error. */
async function sendWithProgress(form: HTMLFormElement): Promise<void> {
  const submit = form.querySelector<HTMLButtonElement>("button[type=submit]");
  const most = Number(new FormData(form).get("count")) || 1;
  form.querySelector(".form-progress")?.remove();
  const bar = document.createElement("div");
  bar.className = "form-progress";
  const progress = document.createElement("progress");
  progress.max = most;
  progress.value = 0;
  progress.setAttribute("aria-label", "Licenses minted");
  const said = document.createElement("p");
  said.className = "status-text";
  said.setAttribute("role", "status");
  bar.append(progress, said);
  form.append(bar);
  submit?.setAttribute("aria-disabled", "true");
  const written = (count: number): void => {
    progress.value = count;
    said.textContent = `${count} of ${most}`;
  };
  const trouble = await send(form, written).catch(() => UNREADABLE);
  if (trouble) {
    said.textContent = trouble;
    progress.remove();
    delete form.dataset["busy"];
    submit?.removeAttribute("aria-disabled");
  }
}

/** Submits a form and shows the resulting page. Returns an error message if there is no page. */
async function send(form: HTMLFormElement, written: (count: number) => void): Promise<string | undefined> {
  const body = new URLSearchParams();
  new FormData(form).forEach((value, name) => body.append(name, String(value)));
  const headers = { accept: "text/html, text/event-stream" };
  const answer = await fetch(form.action, { method: "POST", body, headers });
  if (answer.redirected) {
    return SIGNED_OUT;
  }
  if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) {
    return show(await answer.text(), "[aria-invalid=true]", "[role=alert]", "h1") ? undefined : UNREADABLE;
  }
  for await (const [name, data] of eventsOf(answer)) {
    if (name === "page") {
      return show(data, "h1") ? undefined : UNREADABLE;
    }
    written(Number(data));
  }
  return UNREADABLE;
}

/** Reloads <main> whenever the server announces a change, while the tab is visible. */
function follow(address: string): void {
  let source: EventSource | undefined;
  let isOld = false;
  const isFollowed = (): boolean => document.querySelector("[data-live-url]") !== null;
  const stop = (): void => {
    source?.close();
    source = undefined;
  };
  const refresh = async (): Promise<void> => {
    // An automatic request must not extend the session.
    const headers = { "x-keywright-background": "1" };
    const answer = await fetch(location.href, { headers }).catch(() => undefined);
    if (answer?.redirected) {
      location.reload();
    }
    if (!answer?.ok || answer.redirected || !isFollowed()) {
      return;
    }
    const html = await answer.text();
    const next = new DOMParser().parseFromString(html, "text/html").querySelector("main");
    const goesOn = next?.querySelector("[data-live-url]") !== null;
    // Replacing <main> would lose a text selection, so wait for it to end. The last update replaces
    // <main> anyway.
    isOld = goesOn && getSelection()?.type === "Range";
    if (isOld || next?.innerHTML === document.querySelector("main")?.innerHTML) {
      return;
    }
    show(html, ...(goesOn ? focused() : ["[role=status]", "h1"]));
    if (!goesOn) {
      stop();
    }
  };
  const start = (): void => {
    if (source || document.visibilityState !== "visible" || !isFollowed()) {
      return;
    }
    source = new EventSource(address);
    source.addEventListener("changed", () => void refresh());
    source.addEventListener("open", () => void refresh());
    source.addEventListener("error", () => {
      if (source?.readyState === EventSource.CLOSED) {
        stop();
        // Reloading may reveal why, such as an ended session.
        void refresh();
        setTimeout(start, RECONNECT_DELAY_MILLIS);
      }
    });
  };
  document.addEventListener("selectionchange", () => {
    if (isOld && getSelection()?.type !== "Range") {
      void refresh();
    }
  });
  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? start() : stop()));
  start();
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const copies = target?.closest<HTMLElement>("[data-copy]");
  const saves = target?.closest<HTMLElement>("[data-save]");
  if (copies) {
    void copy(copies);
  } else if (saves) {
    save(saves);
  }
});

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input instanceof HTMLInputElement && input.form?.dataset["appliesTheme"] !== undefined) {
    chooseTheme(input.value, input.form.action);
  }
});

let pause: ReturnType<typeof setTimeout> | undefined;
document.addEventListener("input", (event) => {
  const input = event.target;
  if (input instanceof HTMLInputElement && input.dataset["validateUrl"]) {
    clearTimeout(pause);
    pause = setTimeout(() => void check(input), VALIDATION_DELAY_MILLIS);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) {
    return;
  }
  if (form.dataset["busy"] !== undefined) {
    // Ignore a second click while the request is running.
    event.preventDefault();
    return;
  }
  if (form.dataset["progress"] !== undefined) {
    event.preventDefault();
    form.dataset["busy"] = "";
    void sendWithProgress(form);
  }
});

// A secret must not reappear from the back/forward cache.
addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("output, .secret-list")) {
    location.reload();
  }
});

const liveUrl = document.querySelector<HTMLElement>("[data-live-url]")?.dataset["liveUrl"];
if (liveUrl) {
  follow(liveUrl);
}
// A page with a modulepreload is hydrated and gets data-hydrated instead.
if (!document.querySelector("link[rel=modulepreload]")) {
  root.setAttribute("data-scripted", "");
}
