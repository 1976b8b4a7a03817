// SHA-1 by OpenSSL.
#include "net/sha1.h"

#include <openssl/sha.h>

namespace wasmqtt {

Sha1Digest sha1(std::string_view message) {
  static_assert(std::tuple_size_v<Sha1Digest> == SHA_DIGEST_LENGTH);
  Sha1Digest digest;
  SHA1(reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data());
  return digest;
}

}  // namespace wasmqtt
