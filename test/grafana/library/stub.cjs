// In place of the libraries that draw or edit: any name of it, called or not, gives the same again, which does nothing.
const stub = new Proxy(function nothing() {}, {
  get(target, key) {
    if (key === "__esModule") return true;
    if (key === Symbol.toPrimitive) return () => "";
    if (key === Symbol.iterator || key === "then") return undefined;
    return key === "prototype" ? target.prototype : stub;
  },
  apply: () => stub,
  construct: () => ({}),
});

// The bundler copies what a module has itself; the rest it finds by the prototype.
module.exports = Object.create(stub);
