module.exports = {
  title: "Harbour",
  url: "https://site.example.com",
  baseUrl: "/docusaurus/",
  trailingSlash: true,
  onBrokenLinks: "ignore",
  scripts: [
    {
      src: "https://comments.example.com/answerback.js",
      "data-site": "my-blog",
      "data-mode": "none",
      async: true,
    },
  ],
  plugins: [["@docusaurus/plugin-content-docs", { routeBasePath: "/", sidebarPath: false }]],
  themes: ["@docusaurus/theme-classic"],
};
