() => {
  const seen = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const inSentence = (e) => e.matches("a") && getComputedStyle(e).display === "inline" && e.parentElement.textContent.trim() !== e.textContent.trim();
  return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
    .filter((e) => seen(e) && !e.closest(".sr, [inert]") && !e.matches(".sr, .skip") && !inSentence(e))
    .map((e) => [e, (e.matches("input[type=checkbox], input[type=radio], input[type=file]") && e.closest("label")) || e])
    .map(([e, box]) => [e, box.getBoundingClientRect()])
    .filter(([, r]) => r.width > 0 && (r.width < 23.5 || r.height < 23.5))
    .map(([e, r]) => `${e.outerHTML.slice(0, 120)} ${Math.round(r.width)}×${Math.round(r.height)}`);
}
