// Bytes written as people read them: "30 0C 0005 'topic' 'hello'" to bytes, and back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/base/bytes.h"

namespace mqtt::test {

// Pairs of hexadecimal digits, blanks anywhere between them, and 'text' as it is. Anything else ends the program: a
// test with a typing error must not pass.
std::vector<std::uint8_t> bytes(std::string_view written);

// "300c00" for failure messages.
std::string hexadecimal(Bytes bytes);

}  // namespace mqtt::test
