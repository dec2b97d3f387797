module.exports = {
  title: "Harbour",
  url: "https://site.example.com",
  baseUrl: "/docusaurus/",
  trailingSlash: true,
  onBrokenLinks: "ignore",
  plugins: [["@docusaurus/plugin-content-docs", { routeBasePath: "/", sidebarPath: false }]],
  themes: [
    "@docusaurus/theme-classic",
    ["@answerback/docusaurus", { server: "https://comments.example.com", site: "my-blog" }],
  ],
};
