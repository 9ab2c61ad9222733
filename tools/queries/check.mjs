// Reads queries as JSON lines of {language, text} from stdin, and parses each with
// the grammar that Grafana's editor uses. It writes a line for each that does not
// parse, with where, and ends with 1 if there is one.
import { createInterface } from "node:readline";
import { parser as logql } from "@grafana/lezer-logql";
import { parser as traceql } from "@grafana/lezer-traceql";

const parsers = { logql, traceql };
let count = 0;
let bad = 0;

for await (const line of createInterface({ input: process.stdin })) {
  const { language, text } = JSON.parse(line);
  count++;
  let at = -1;
  parsers[language].parse(text).iterate({
    enter(node) {
      if (node.type.isError && at < 0) at = node.from;
    },
  });
  if (at >= 0) {
    bad++;
    console.log(`${language}: unexpected at ${at}: ${text}`);
  }
}
console.log(`${count} queries, ${bad} do not parse`);
process.exit(bad > 0 || count === 0 ? 1 : 0);
