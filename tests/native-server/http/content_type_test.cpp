// Names of files and the types that browsers insist on.
#include "http/content_type.h"

#include <gtest/gtest.h>

namespace wasmqtt {
namespace {

TEST(ContentType, KnowsWhatAPageConsistsOf) {
  EXPECT_EQ(content_type("index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(content_type("a/b/app.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(content_type("app.mjs"), "text/javascript; charset=utf-8");
  EXPECT_EQ(content_type("style.css"), "text/css; charset=utf-8");
  EXPECT_EQ(content_type("broker.wasm"), "application/wasm");
  EXPECT_EQ(content_type("icon.svg"), "image/svg+xml");
  EXPECT_EQ(content_type("data.json"), "application/json");
  EXPECT_EQ(content_type("app.js.map"), "application/json");
}

TEST(ContentType, LooksAtTheLastDotOfTheNameAloneAndIgnoresCase) {
  EXPECT_EQ(content_type("PAGE.HTML"), "text/html; charset=utf-8");
  EXPECT_EQ(content_type("folder.js/readme"), "application/octet-stream");
  EXPECT_EQ(content_type("archive.tar.gz"), "application/octet-stream");
}

}  // namespace
}  // namespace wasmqtt
