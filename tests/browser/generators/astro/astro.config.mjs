export default {
  site: "https://site.example.com",
  base: "/astro",
  trailingSlash: "always",
  image: { service: { entrypoint: "astro/assets/services/noop" } },
};
