"""A client's copy of a collection that is kept by delta queries, applied as Microsoft's documentation says."""

from typing import Any

from tenant_client import Client

Item = dict[str, Any]


class Copy:
    """What a client knows after each round. Relations are sets of ids by object and relation."""

    def __init__(self, client: Client, path: str, **headers: str) -> None:
        self.client = client
        self.headers = headers
        self.link = path
        self.objects: dict[str, Item] = {}
        self.related: dict[tuple[str, str], set[str]] = {}
        self.gone: dict[str, str] = {}

    def read(self) -> list[list[Item]]:
        """One round; answers the items of each page."""
        pages = []
        link: str | None = self.link
        while link:
            answer = self.client.graph(link, **self.headers)
            assert answer.status == 200, answer
            page = answer.json()
            assert ("@odata.nextLink" in page) != ("@odata.deltaLink" in page)
            for item in page["value"]:
                self.apply(item)
            pages.append(page["value"])
            link = page.get("@odata.nextLink")
            self.link = page.get("@odata.deltaLink", self.link)
        return pages

    def apply(self, item: Item) -> None:
        guid = item["id"]
        if "@removed" in item:
            self.gone[guid] = item["@removed"]["reason"]
            self.objects.pop(guid, None)
            for key in [key for key in self.related if key[0] == guid]:
                del self.related[key]
            return
        self.gone.pop(guid, None)
        for name, value in item.items():
            if name.endswith("@delta"):
                known = self.related.setdefault((guid, name.removesuffix("@delta")), set())
                for entry in value:
                    (known.discard if "@removed" in entry else known.add)(entry["id"])
        properties = {name: value for name, value in item.items() if not name.endswith("@delta")}
        self.objects[guid] = self.objects.get(guid, {}) | properties

    def edges(self, relation: str) -> set[tuple[str, str]]:
        """(object, related), of all objects."""
        return {(guid, other) for (guid, name), known in self.related.items() if name == relation for other in known}
