// What every reader of an event stream needs.

export const RETRY_MS = 3000;

// an EventSource has an event of its own that is called open as well; it has no data
export function listen(source, type, action) {
  source.addEventListener(type, (message) => {
    if (message.data !== undefined) action(JSON.parse(message.data));
  });
}

// Why an EventSource was refused, which it does not tell itself. Status 0: no answer.
export async function refusal(url) {
  const asking = new AbortController();
  try {
    const response = await fetch(url, { signal: asking.signal });
    if (response.ok) return { status: 200, detail: 'connection lost' };
    const detail = response.status === 401 ? 'not let in any more; reload the page, which asks anew'
      : (await response.json()).detail;
    return { status: response.status, detail };
  } catch (failure) {
    return { status: 0, detail: 'no answer' };
  } finally {
    asking.abort();
  }
}
