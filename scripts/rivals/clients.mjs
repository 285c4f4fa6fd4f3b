/** Clients of the rivals, with the Yjs of this folder: two copies of Yjs must not meet in one document. */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

const openers = {
  hocuspocus(url, name, document) {
    const websocketProvider = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket });
    const provider = new HocuspocusProvider({ websocketProvider, name, document });
    provider.attach();
    const synced = new Promise((resolve) => provider.on("synced", resolve));
    const close = () => {
      provider.destroy();
      websocketProvider.destroy();
    };
    return { synced, close };
  },
  "y-websocket"(url, name, document) {
    const provider = new WebsocketProvider(url, name, document, {
      WebSocketPolyfill: WebSocket,
      disableBc: true,
    });
    const synced = new Promise((resolve) => provider.once("sync", resolve));
    return { synced, close: () => provider.destroy() };
  },
};

/**
 * A page on a document of a rival. Each person writes in a text of their own.
 *
 * @param kind "hocuspocus" or "y-websocket"
 */
export async function openPage(kind, url, name) {
  const document = new Y.Doc();
  const { synced, close } = openers[kind](url, name, document);
  await synced;
  return {
    lengthOf: (text) => document.getText(text).length,
    type: (text) => document.getText(text).insert(document.getText(text).length, "x"),
    /** Calls back with the length of a text whenever it changes. */
    onText: (text, hear) => document.getText(text).observe((event) => hear(event.target.length)),
    close() {
      close();
      document.destroy();
    },
  };
}
