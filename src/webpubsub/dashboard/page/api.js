// What the page asks its service for.

export class Expired extends Error {}

async function call(path, options = {}) {
  const response = await fetch(`api/${path}`, { credentials: "same-origin", ...options });
  const body = await response.json().catch(() => ({}));
  if (response.status === 401) throw new Expired(body.error);
  if (!response.ok) throw new Error(body.error || `The service answered ${response.status}.`);
  return body;
}

export function get(path, query = {}) {
  const text = new URLSearchParams(query).toString();
  return call(text ? `${path}?${text}` : path);
}

export function post(path, value = {}) {
  const headers = { "Content-Type": "application/json" };
  return call(path, { method: "POST", headers, body: JSON.stringify(value) });
}
