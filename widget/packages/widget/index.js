/**
 * Loads Answerback from your own server, as a module. Has no side effects until `load` or `mount` is called.
 */

/** @type {{ server: string, api: Promise<Window["Answerback"]> } | null} */
let loaded = null;

/** Loads the server's script, once per page. Rejects if it fails to load; the next call retries. */
export function load({ server, site, integrity }) {
  const base = new URL(server, location.href).href.replace(/\/*$/, "/");
  if (loaded && loaded.server !== base) {
    return Promise.reject(new Error(`Answerback: this page has loaded ${loaded.server} already.`));
  }
  loaded ??= { server: base, api: insert(base, site, integrity) };
  return loaded.api;
}

function insert(base, site, integrity) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    // Only the versioned URL can be used with an integrity hash.
    script.src = `${base}${integrity ? "v1/" : ""}answerback.js`;
    script.async = true;
    script.dataset.site = site;
    script.dataset.mode = "none";
    if (integrity) {
      script.integrity = integrity;
      script.crossOrigin = "anonymous";
    }
    script.addEventListener("load", () => resolve(window.Answerback));
    script.addEventListener("error", () => {
      script.remove();
      loaded = null;
      reject(new Error(`Answerback: ${script.src} could not be loaded.`));
    });
    document.head.append(script);
  });
}

/** Adds comments and ask box to an element. The handle works at once, even before the script has loaded. */
export function mount(element, { server, integrity, ...options }) {
  let latest = options;
  let mounted = null;
  let ended = false;
  load({ server, site: options.site, integrity }).then(
    (api) => {
      if (!ended) mounted = api.mount(element, latest);
    },
    (error) => console.error(error.message),
  );
  return {
    update(changes) {
      latest = { ...latest, ...changes };
      mounted?.update(changes);
    },
    destroy() {
      ended = true;
      mounted?.destroy();
    },
  };
}
