// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import Foundation
import EquipoiseMessages
import SwiftProtobuf

/// What TensorBoard shows of a run, one event for each epoch: all numbers of the record, how some of the method's
/// are spread over a modality's depths, and the matrices of the measurements as pictures.
///
/// The bytes depend on nothing but the run's other files, its method and `began`, so that a file that was begun
/// before can be checked and continued.
struct EventFile {
  /// Seconds since 1970 at which the run was begun; an event's time is this and the seconds of training.
  let began: Int
  /// What of the telemetry is shown as histograms, too.
  let histograms: [String]

  /// What every file starts with.
  func head() throws -> Data {
    var event = Tensorboard_Event()
    event.wallTime = Double(began)
    event.fileVersion = "brain.Event:2"
    return TFRecord.frame(try event.serializedBytes())
  }

  /// The event of an epoch.
  ///
  /// - Parameters:
  ///   - record: its line.
  ///   - measurements: the epoch's file of matrices, which may be absent.
  /// - Returns: the framed event.
  /// - Throws: `FormatError` for a damaged file of measurements.
  func event(_ record: MetricsRecord, measurements: String) throws -> Data {
    var event = Tensorboard_Event()
    event.wallTime = Double(began) + (record[.run("seconds")] ?? 0)
    event.step = Int64(record.epoch)
    event.summary.value =
      Self.scalars(record) + spreads(record) + (try Self.images(measurements))
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    return TFRecord.frame(try event.serializedBytes(options: options))
  }

  private static func scalars(_ record: MetricsRecord) -> [Tensorboard_Summary.Value] {
    record.metrics.map { metric in
      value(metric.name.parts) { $0.simpleValue = Float(metric.value) }
    }
  }

  /// How numbers are spread over a modality's depths.
  private func spreads(_ record: MetricsRecord) -> [Tensorboard_Summary.Value] {
    var groups: [[String]: [Double]] = [:]
    for metric in record.metrics {
      let name = metric.name
      guard name.scope == .telemetry, name.depth != nil, let modality = name.modality,
        histograms.contains(name.what)
      else { continue }
      groups[[name.what, modality], default: []].append(metric.value)
    }
    return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { parts, values in
      Self.value(["depths"] + parts) { $0.histo = Self.histogram(values) }
    }
  }

  /// Thirty buckets from the least to the greatest.
  private static func histogram(_ values: [Double]) -> Tensorboard_HistogramProto {
    var result = Tensorboard_HistogramProto()
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    (result.min, result.max, result.num) = (low, high, Double(values.count))
    result.sum = values.reduce(0, +)
    result.sumSquares = values.reduce(0) { $0 + $1 * $1 }
    let count = 30
    let width = max((high - low) / Double(count), 1e-12)
    result.bucketLimit = (1...count).map { low + width * Double($0) }
    result.bucket = [Double](repeating: 0, count: count)
    for value in values {
      result.bucket[min(count - 1, Int(saturating: (value - low) / width))] += 1
    }
    return result
  }

  private static func images(_ path: String) throws -> [Tensorboard_Summary.Value] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let file = try SafetensorsFile(verifying: path)
    return try file.names.compactMap { name in
      let array = try file.array(name)
      guard array.shape.count == 2, let columns = array.shape.last, columns > 0 else { return nil }
      let picture = HeatMap.png(array.floats(), columns: columns)
      return value(MetricName(.measurement, key: name).parts) {
        $0.image.encodedImageString = picture.data
        ($0.image.width, $0.image.height) = (Int32(picture.width), Int32(picture.height))
        $0.image.colorspace = 3
      }
    }
  }

  /// Slashes group.
  private static func value(
    _ parts: [String], _ fill: (inout Tensorboard_Summary.Value) -> Void
  ) -> Tensorboard_Summary.Value {
    var value = Tensorboard_Summary.Value()
    value.tag = parts.joined(separator: "/")
    fill(&value)
    return value
  }
}
