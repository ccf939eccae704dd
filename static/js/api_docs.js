// The API's documentation, drawn by Swagger UI from the OpenAPI document. A file, for the page may hold no script.
const place = document.getElementById("docs");

SwaggerUIBundle({
  url: place.dataset.source,
  domNode: place,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  tagsSorter: "alpha",
  validatorUrl: null, // no other host is asked
  requestInterceptor(request) {
    const name = document.querySelector('meta[name="csrf-cookie"]').content;
    const token = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
    if (token) request.headers["X-CSRFToken"] = token.slice(name.length + 1); // for who is logged in
    return request;
  },
});
