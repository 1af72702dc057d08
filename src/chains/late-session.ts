import type { NodeSession } from "./adapter.ts";

/**
 * A session that is opened at its first poll, so that the start does not wait for code that only polls need, and no process
 * loads the code of chains that it does not poll.
 * @param open loads the code and opens the session; called again at the next poll after it has failed
 */
export function lateSession(open: () => Promise<NodeSession>): NodeSession {
  let session: NodeSession | undefined;
  let opening: Promise<NodeSession> | undefined;

  async function opened(): Promise<NodeSession> {
    opening ??= open();
    try {
      session = await opening;
      return session;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  }

  return {
    poll: (signal, request) => session?.poll(signal, request) ?? opened().then((ready) => ready.poll(signal, request)),
    async close() {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}
