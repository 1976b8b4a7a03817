// Written bytes to bytes.
#include "support/bytes.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>

namespace mqtt::test {

namespace {

[[noreturn]] void fail(std::string_view written, const char* why) {
  std::fprintf(stderr, "bytes(\"%.*s\"): %s\n", static_cast<int>(written.size()), written.data(), why);
  std::abort();
}

unsigned digit_value(char digit, std::string_view written) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  const int lower = std::tolower(static_cast<unsigned char>(digit));
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
  fail(written, "want hexadecimal digits, blanks and 'text'");
}

}  // namespace

std::vector<std::uint8_t> bytes(std::string_view written) {
  std::vector<std::uint8_t> result;
  for (std::size_t at = 0; at < written.size();) {
    if (written[at] == ' ') {
      ++at;
    } else if (written[at] == '\'') {
      const std::size_t end = written.find('\'', at + 1);
      if (end == std::string_view::npos) fail(written, "text without its closing quote");
      result.insert(result.end(), written.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                    written.begin() + static_cast<std::ptrdiff_t>(end));
      at = end + 1;
    } else {
      if (at + 1 >= written.size()) fail(written, "half a byte");
      result.push_back(
          static_cast<std::uint8_t>(digit_value(written[at], written) << 4 | digit_value(written[at + 1], written)));
      at += 2;
    }
  }
  return result;
}

std::string hexadecimal(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0F];
  }
  return text;
}

}  // namespace mqtt::test
