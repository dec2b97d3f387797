hexo.extend.injector.register(
  "body_end",
  '<script src="https://comments.example.com/answerback.js" data-site="my-blog" data-target="#post" async></script>',
  "post",
);
