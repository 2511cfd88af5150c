// ClickHouse inside a process, for the test of clicks.sql: each line that comes is a
// statement as a JSON string, and each that goes is its rows, or {"error": …}.
const { Session } = require("chdb");
const session = new Session(process.argv[2]);

require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  let answer;
  try {
    const text = (session.query(JSON.parse(line), "JSONCompactEachRow") ?? "").toString().trim();
    answer = { rows: text === "" ? [] : text.split("\n").map((row) => JSON.parse(row)) };
  } catch (error) {
    answer = { error: error.message };
  }
  console.log(JSON.stringify(answer));
});
