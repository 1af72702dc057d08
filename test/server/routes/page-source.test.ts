import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Format } from "../../../src/metrics/exposition.ts";
import type { Body } from "../../../src/server/respond.ts";
import type { PageSnapshot } from "../../../src/server/routes/page-body.ts";
import { createPageSource } from "../../../src/server/routes/page-source.ts";

const MEBIBYTE = 1024 * 1024;

/** A page that can be changed, and how often it was built. */
function changing(options: { readonly bytes?: number } = {}) {
  let revision = 1;
  const built: string[] = [];
  const viewOf = (now: number): PageSnapshot => {
    return {
      bytes: options.bytes ?? 10,
      chunks: (format: Format, use) => {
        built.push(`${format} ${now} ${use}`);
        return [Buffer.from(`${format} `), Buffer.from(`${now}\n`)];
      },
    };
  };
  let page = viewOf(revision);
  const change = () => {
    revision += 1;
    page = viewOf(revision);
  };
  return { view: () => page, built, change };
}

function textOf(body: Body): string {
  const bytes = Buffer.concat([...body.chunks]);
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
}

test.each([10, MEBIBYTE])("a page of %s bytes is compressed whole, here or in another thread", async (bytes) => {
  const { view } = changing({ bytes });
  expect(textOf(await createPageSource(view)("text", "gzip"))).toBe("text 1\n");
});

describe.each(["identity", "gzip"] as const)("a page as %s", (encoding) => {
  test("is built once for each change, and given without a promise when it has not changed", async () => {
    const { view, built, change } = changing();
    const page = createPageSource(view);
    const first = await page("text", encoding);
    expect(page("text", encoding)).toBe(first);
    change();
    expect(textOf(await page("text", encoding))).toBe("text 2\n");
    expect(built).toHaveLength(2);
  });

  test("is shared by all requests while it is built", async () => {
    const { view, built } = changing();
    const page = createPageSource(view);
    const bodies = await Promise.all(Array.from({ length: 8 }, () => page("text", encoding)));
    expect(new Set(bodies).size).toBe(1);
    expect(built).toHaveLength(1);
  });

  test("a request after a change gets no older page, and all that wait share the next build", async () => {
    const { view, built, change } = changing();
    const page = createPageSource(view);
    const early = page("text", encoding);
    change();
    const late = [page("text", encoding), page("text", encoding)];
    change();
    const last = page("text", encoding);
    expect(textOf(await early)).toBe("text 1\n");
    expect((await Promise.all([...late, last])).map(textOf)).toEqual(["text 3\n", "text 3\n", "text 3\n"]);
    expect(built).toHaveLength(2);
  });

  test("formats do not mix", async () => {
    const page = createPageSource(changing().view);
    const [text, openmetrics] = await Promise.all([page("text", encoding), page("openmetrics", encoding)]);
    expect([textOf(text), textOf(openmetrics)]).toEqual(["text 1\n", "openmetrics 1\n"]);
  });

  test("a build that failed is no answer for the next one", async () => {
    const { view } = changing();
    let isBroken = true;
    const page = createPageSource(() => ({
      ...view(),
      chunks: (...given) => {
        if (isBroken) throw new Error("cannot be built");
        return view().chunks(...given);
      },
    }));
    await expect(Promise.resolve().then(() => page("text", encoding))).rejects.toThrow("cannot be built");
    isBroken = false;
    expect(textOf(await page("text", encoding))).toBe("text 1\n");
  });
});

describe("a large page", () => {
  test("is streamed to the first client that takes it uncompressed, and held from the second on, after each change", async () => {
    const { view, built, change } = changing({ bytes: 2 * MEBIBYTE });
    const page = createPageSource(view);
    for (const text of ["text 1\n", "text 2\n"]) {
      const bodies = [await page("text", "identity"), await page("text", "identity"), await page("text", "identity")];
      expect(bodies.map(({ kind }) => kind)).toEqual(["streamed", "whole", "whole"]);
      expect(bodies.map(textOf)).toEqual([text, text, text]);
      expect(bodies[1]).toBe(bodies[2]);
      change();
    }
    expect(built).toEqual(["text 1 borrowed", "text 1 owned", "text 2 borrowed", "text 2 owned"]);
  });

  test("counts the formats apart", async () => {
    const page = createPageSource(changing({ bytes: 2 * MEBIBYTE }).view);
    const bodies = [await page("text", "identity"), await page("openmetrics", "identity")];
    expect(bodies.map(({ kind }) => kind)).toEqual(["streamed", "streamed"]);
    expect(bodies.map(textOf)).toEqual(["text 1\n", "openmetrics 1\n"]);
  });

  test("is compressed once", async () => {
    const { view, built } = changing({ bytes: 2 * MEBIBYTE });
    const page = createPageSource(view);
    expect(await page("text", "gzip")).toBe(await page("text", "gzip"));
    expect(built).toEqual(["text 1 borrowed"]);
  });
});

describe("a page too large to be held", () => {
  test("is streamed to each client that takes it uncompressed, in chunks that are not owned", async () => {
    const { view, built } = changing({ bytes: 33 * MEBIBYTE });
    const page = createPageSource(view);
    const bodies = [await page("text", "identity"), await page("text", "identity")];
    expect(bodies.map(({ kind }) => kind)).toEqual(["streamed", "streamed"]);
    expect(bodies.map(textOf)).toEqual(["text 1\n", "text 1\n"]);
    expect(built).toEqual(["text 1 borrowed", "text 1 borrowed"]);
  });

  test("is compressed once", async () => {
    const { view, built } = changing({ bytes: 33 * MEBIBYTE });
    const page = createPageSource(view);
    await page("text", "gzip");
    expect(textOf(await page("text", "gzip"))).toBe("text 1\n");
    expect(built).toEqual(["text 1 borrowed"]);
  });
});

test("a page that took many turns to make is compressed into few pieces, each a write for every scrape", async () => {
  const chunks = Array.from({ length: 12 }, () => randomBytes(20_000));
  const slowly = function* () {
    for (const chunk of chunks) {
      const began = performance.now();
      while (performance.now() - began < 5);
      yield chunk;
    }
  };
  const body = await createPageSource(() => ({ bytes: 240_000, chunks: slowly }))("text", "gzip");
  if (body.kind !== "whole") throw new Error("a compressed page is whole");
  expect(body.chunks.length).toBeLessThanOrEqual(2);
  expect(gunzipSync(Buffer.concat(body.chunks)).equals(Buffer.concat(chunks))).toBe(true);
});

test("a snapshot that comes later is waited for", async () => {
  const page = createPageSource(async () => changing().view());
  expect(textOf(await page("text", "identity"))).toBe("text 1\n");
});
