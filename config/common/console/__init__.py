"""The console's ground: admin pages that ask object permissions and show services' errors."""
