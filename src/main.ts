#!/usr/bin/env node
// Signals first: what the program itself consists of takes most of the start to load.
import "./cli/stop.ts";

await import("./cli/run.ts");
