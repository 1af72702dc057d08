"use strict";

// Replaces @opentelemetry/api in the bundle. prom-client uses it for the trace of an exemplar, and only if exemplars are
// enabled (lib/metrics/processCpuTotal.js of 15.1); here they are not, and loading it takes a twentieth of the start.
module.exports = {};
