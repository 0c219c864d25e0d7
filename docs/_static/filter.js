// A line to type in above a list or a table: rows without the words disappear.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("input.filter").forEach((input) => {
    const rows = document.querySelectorAll(input.dataset.rows);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach((row) => {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      });
    });
  });
});
