// In place of @grafana/runtime, which belongs to a page of Grafana: what the code under test asks of it. A name that is not here
// stands for nothing (stub.cjs).
const stub = require("./stub.cjs");

class DataSourceWithBackend {
  constructor({ id, uid, type, name }) {
    Object.assign(this, { id, uid, type, name });
  }
}

module.exports = Object.assign(Object.create(stub), {
  DataSourceWithBackend,
  config: { featureToggles: {}, appSubUrl: "" },
});
