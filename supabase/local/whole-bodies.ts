/**
 * Bodies that are at hand as a whole, kept beside the request or response they belong to. Web streams around a few
 * hundred bytes cost as much as a short query: who needs the body takes it from here, and the stream stays unread.
 */

const requests = new WeakMap<Request, Uint8Array<ArrayBuffer>>();
const responses = new WeakMap<Response, string | Uint8Array>();

/** A request that knows its whole body; empty means none. */
export function requestWith(url: string, init: RequestInit, body: Uint8Array<ArrayBuffer> | null): Request {
  const request = new Request(url, { ...init, ...(body && body.length > 0 ? { body } : {}) });
  if (body) requests.set(request, body);
  return request;
}

/** The text of a body, which may be asked for again by others. */
export async function textOf(request: Request): Promise<string> {
  const whole = requests.get(request);
  return whole ? new TextDecoder().decode(whole) : request.clone().text();
}

/** A response whose body is given as a whole. */
export function responseWith(body: string, init: ResponseInit): Response {
  const response = new Response(body, init);
  responses.set(response, body);
  return response;
}

/** What `responseWith` was given, if it made this response. */
export const wholeBodyOf = (response: Response): string | Uint8Array | undefined => responses.get(response);
