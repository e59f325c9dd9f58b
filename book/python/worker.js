// Runs Python for the page, in a thread that the page can end at any time.
// Messages in: {start: {file name: gzipped file in base64}} once, then {check: {id, source}}.
// Messages out: {ready: true}, {printed: text}, {report: html}, {failure: text}.

const nativeFetch = self.fetch.bind(self);
let check;

async function unpack(base64) {
  const packed = await nativeFetch(`data:application/octet-stream;base64,${base64}`);
  return new Response(packed.body.pipeThrough(new DecompressionStream("gzip"))).blob();
}

async function start(packed) {
  const files = {};
  await Promise.all(
    Object.entries(packed).map(async ([name, base64]) => {
      files[name] = await unpack(base64);
    }),
  );
  // Pyodide fetches its files by address. A page opened from a disk may not fetch, so it gets them
  // from memory, whatever the folder in front of the name.
  self.fetch = async (address) => {
    const name = String(address).split("/").pop();
    const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return new Response(files[name], { headers: { "Content-Type": type } });
  };
  importScripts(URL.createObjectURL(files["pyodide.js"]));
  importScripts(URL.createObjectURL(files["pyodide.asm.js"]));
  const python = await loadPyodide({ indexURL: "https://python.invalid/" });
  const sitePackages = python.runPython("import sysconfig; sysconfig.get_path('purelib')");
  for (const name of ["numpy.zip", "course.zip"]) {
    python.unpackArchive(await files[name].arrayBuffer(), "zip", { extractDir: sitePackages });
  }
  check = python.pyimport("page").check;
}

self.onmessage = async ({ data }) => {
  try {
    if (data.start) {
      await start(data.start);
      postMessage({ ready: true });
    } else {
      const send = (text) => postMessage({ printed: text });
      postMessage({ report: check(data.check.id, data.check.source, send) });
    }
  } catch (error) {
    postMessage({ failure: String(error) });
  }
};
