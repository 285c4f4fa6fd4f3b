/** Waiting for a state instead of for a time. The stand-in may import nothing outside it, so this is its own copy. */
import type { RealtimeChannel } from "@supabase/supabase-js";

export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/**
 * Subscribes and resolves with the first status, and the words of its error. The token is fetched before: the
 * client library otherwise joins with the key alone and hands the token in later.
 */
export async function subscribe(channel: RealtimeChannel): Promise<{ status: string; message: string }> {
  await channel.socket.setAuth();
  return new Promise((resolve) => {
    channel.subscribe((status, error) => resolve({ status, message: error?.message ?? "" }));
  });
}

export async function joined(channel: RealtimeChannel): Promise<RealtimeChannel> {
  const { status, message } = await subscribe(channel);
  if (status !== "SUBSCRIBED") throw new Error(`${channel.topic}: ${status} ${message}`);
  return channel;
}
