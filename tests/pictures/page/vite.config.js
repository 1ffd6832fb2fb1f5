// Icons are files that @grafana/ui fetches; they lie in its package.
export default {
  publicDir: "node_modules/@grafana/ui/dist/public",
  esbuild: { jsx: "automatic" },
  define: { "process.env": {} },
  build: { reportCompressedSize: false, chunkSizeWarningLimit: 20_000 },
  logLevel: "warn",
};
