// Nobody may end a line of the log, or move its reader's cursor, by choosing a name.
#include "ops/printable.h"

#include <array>
#include <cstdio>

namespace wasmqtt {

std::string printable(std::string_view text, std::size_t limit) {
  std::string safe;
  for (const char c : text.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      safe += "\\\\";
    } else if (byte >= 0x20 && byte < 0x7F) {
      safe.push_back(c);
    } else {
      std::array<char, 5> escape{};
      std::snprintf(escape.data(), escape.size(), "\\x%02X", static_cast<unsigned>(byte));
      safe += escape.data();
    }
  }
  return text.size() > limit ? safe + "..." : safe;
}

}  // namespace wasmqtt
