#!/usr/bin/env node
// Signals first: what the program itself consists of takes most of the start to load.
import "./stop.ts";

await import("./main.ts");
