import starlight from "@astrojs/starlight";

export default {
  site: "https://site.example.com",
  base: "/starlight",
  trailingSlash: "always",
  image: { service: { entrypoint: "astro/assets/services/noop" } },
  integrations: [
    starlight({
      title: "Harbour",
      pagefind: false,
      expressiveCode: false,
      components: { Footer: "./src/components/Footer.astro" },
    }),
  ],
};
