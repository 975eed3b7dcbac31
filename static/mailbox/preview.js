// The letter as HTML comes into its frame by itself; without scripts its button does that.
const form = document.querySelector("[data-shows-preview]");
form.requestSubmit();
form.hidden = true;
document.getElementById("preview").scrollIntoView();
