// Seconds since 1970 <-> HTTP's dates, "Sun, 06 Nov 1994 08:49:37 GMT". [RFC9110 5.6.7]
#pragma once

#include <ctime>
#include <optional>
#include <string>

namespace wasmqtt {

std::string http_date(std::time_t time);

// Reads the preferred form alone; the obsolete ones count as no date, which costs their sender a transfer.
std::optional<std::time_t> parse_http_date(const std::string& text);

}  // namespace wasmqtt
