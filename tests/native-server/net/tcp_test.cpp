// Endpoints as a log shows them.
#include "net/tcp.h"

#include <gtest/gtest.h>

namespace wasmqtt {
namespace {

TEST(EndpointText, PutsAnIpv6AddressInBrackets) {
  EXPECT_EQ(endpoint_text({asio::ip::make_address("127.0.0.1"), 1883}), "127.0.0.1:1883");
  EXPECT_EQ(endpoint_text({asio::ip::make_address("::1"), 1883}), "[::1]:1883");
}

}  // namespace
}  // namespace wasmqtt
