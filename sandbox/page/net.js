// The page's three ways to the sandbox: asking, acting as a person, and listening.

async function answer(response) {
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.error ?? `The sandbox answered ${response.status} ${response.statusText}.`);
  return body;
}

/** GET /page/{path} as the viewer; throws Error with words for a person. */
export async function ask(path, params, signal) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value));
  let response;
  try {
    response = await fetch(`/page/${path}?${query}`, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The sandbox can't be reached. Is it still running?");
  }
  return answer(response);
}

/** POST /page/act: one act of a person. Resolves with what came of it, rejects with words. */
export async function act(body) {
  let response;
  try {
    response = await fetch("/page/act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The sandbox can't be reached. Is it still running?");
  }
  return answer(response);
}

/**
 * Listens for ever. `onReady` is called at each (re)connection, before any event of it: the page
 * then reads the state anew, so that nothing that happened in between is missed.
 */
export function listen(user, { onReady, onEvent, onStatus }) {
  let wait = 500;
  const connect = () => {
    const source = new EventSource(`/page/events?${new URLSearchParams({ user })}`);
    source.addEventListener("ready", () => {
      wait = 500;
      onStatus(true);
      onReady();
    });
    source.addEventListener("message", (event) => {
      const { t, d } = JSON.parse(event.data);
      onEvent(t, d);
    });
    source.addEventListener("error", () => {
      onStatus(false);
      source.close();
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 5000);
    });
  };
  connect();
}
