import { serveGallery } from "../test/support/gallery/serve.ts";

// Serves the pages with made-up fleets, to look at: npm run gallery. It ends with Ctrl-C.
await serveGallery((line) => process.stdout.write(`${line}\n`));
