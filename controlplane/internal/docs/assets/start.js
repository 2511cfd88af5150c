// Without validatorUrl null, the viewer would show the description to a stranger.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  docExpansion: "list",
  tryItOutEnabled: true,
});
