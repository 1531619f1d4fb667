// What the server knows, in bounded pieces.

export async function get(path, params = {}) {
  const query = new URLSearchParams(
    Object.entries(params).filter(([, value]) => value !== "" && value != null),
  );
  const response = await fetch(`/api/${path}?${query}`);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

// Run one request at a time; of those that come meanwhile, only the last one is sent.
export function latest(ask, show) {
  let running = false;
  let waiting = null;
  return async function run(...args) {
    if (running) {
      waiting = args;
      return;
    }
    running = true;
    try {
      show(await ask(...args), ...args);
    } catch (error) {
      show(error, ...args);
    }
    running = false;
    if (waiting) {
      const next = waiting;
      waiting = null;
      run(...next);
    }
  };
}

export function changes(show) {
  const source = new EventSource("/api/changes");
  source.onmessage = (message) => show(JSON.parse(message.data).changed);
  return source;
}
