declare module "undici/lib/core/request.js" {
  import type { Dispatcher } from "undici";
  /** What undici checks of a request before it is sent. */
  export default class Request {
    constructor(origin: string, options: Dispatcher.DispatchOptions, handler: object);
  }
}
