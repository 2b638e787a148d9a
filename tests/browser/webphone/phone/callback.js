// Where sipgate sends the log-in's window: the Webphone that has opened it gets the answer.
opener.postMessage(Object.fromEntries(new URLSearchParams(location.search)), location.origin);
close();
