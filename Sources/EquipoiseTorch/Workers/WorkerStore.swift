// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch
public import Foundation

/// What processes find each other by: bytes under names, that one process serves and the others connect to (c10d's
/// stores).
///
/// `@unchecked Sendable`: libtorch's stores are made for several threads.
public final class WorkerStore: @unchecked Sendable {
  let raw: CTStore
  /// The port that a served store listens on; 0 of others.
  public let port: UInt16

  private init(_ raw: CTStore, port: UInt16 = 0) { (self.raw, self.port) = (raw, port) }

  deinit { ct_store_free(raw) }

  /// A store that this process serves.
  ///
  /// Whoever reaches the port can read and write it: there is no password. At 127.0.0.1 only this machine reaches it; at
  /// any other host it listens on every interface.
  ///
  /// - Parameters:
  ///   - host: The address to listen at.
  ///   - port: The port; 0 lets the system choose.
  /// - Returns: The store.
  /// - Throws: ``TorchError`` when the port is taken.
  public static func served(at host: String, port: UInt16 = 0) throws(TorchError) -> WorkerStore {
    var (raw, bound) = (CTStore(), UInt16(0))
    try tryCheck(ct_store_serve(host, port, &bound, &raw), "serving the workers' store")
    return WorkerStore(raw, port: bound)
  }

  /// A store that another process serves.
  ///
  /// - Parameters:
  ///   - host: Where.
  ///   - port: On which port.
  ///   - seconds: How long to wait for it.
  /// - Returns: The store.
  /// - Throws: ``TorchError`` when nobody answers.
  public static func connected(
    to host: String, port: UInt16, within seconds: Double
  ) throws(TorchError) -> WorkerStore {
    var raw = CTStore()
    try tryCheck(
      ct_store_connect(host, port, milliseconds(seconds), &raw),
      "connecting to the workers' store at \(host):\(port)")
    return WorkerStore(raw)
  }

  /// A store for the threads of this process.
  public static func inProcess() throws(TorchError) -> WorkerStore {
    var raw = CTStore()
    try tryCheck(ct_store_in_process(&raw), "making a store")
    return WorkerStore(raw)
  }

  /// The part of this store whose names begin with `prefix`.
  public func below(_ prefix: String) throws(TorchError) -> WorkerStore {
    var below = CTStore()
    try tryCheck(ct_store_below(raw, prefix, &below), "a part of a store")
    return WorkerStore(below)
  }

  /// Writes bytes under a name.
  public func set(_ name: String, to value: Data) throws(TorchError) {
    let bytes = [UInt8](value)
    try tryCheck(ct_store_set(raw, name, bytes, Int64(bytes.count)), "writing '\(name)'")
  }

  /// What lies under a name.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - seconds: How long to wait for it.
  /// - Returns: The bytes.
  /// - Throws: ``TorchError`` when it is not there in time, or the store has gone.
  public func get(_ name: String, within seconds: Double) throws(TorchError) -> Data {
    var data = Data()
    let status = withUnsafeMutablePointer(to: &data) { pointer in
      ct_store_get(
        raw, name, milliseconds(seconds),
        { context, bytes, count in
          guard let bytes, let context else { return }
          context.assumingMemoryBound(to: Data.self).pointee = Data(
            bytes: bytes, count: Int(count))
        }, pointer)
    }
    try tryCheck(status, "reading '\(name)'")
    return data
  }

  /// Whether something lies under a name; never waits for it.
  public func has(_ name: String) throws(TorchError) -> Bool {
    var found = false
    try tryCheck(ct_store_has(raw, name, &found), "looking for '\(name)'")
    return found
  }
}

/// Whole milliseconds, one at least.
func milliseconds(_ seconds: Double) -> Int64 { max(1, Int64(seconds * 1000)) }
