export { default as VERSION } from "embedded:version";
