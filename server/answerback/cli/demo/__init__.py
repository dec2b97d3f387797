"""`answerback demo`: our server and a plain site on another origin."""
